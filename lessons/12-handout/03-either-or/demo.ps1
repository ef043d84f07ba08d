# en: Both switches are off, and the role is installed. What does the log say?
# de: Beide Schalter sind aus, und die Rolle ist installiert. Was sagt das Protokoll?
Get-EventLog System | Where-Object Source -like '*Hyper-V*' | Format-Table EventID, Message

# en: One of the two is switched on. Will the hypervisor run now?
# de: Einer von beiden wird eingeschaltet. Läuft der Hypervisor jetzt?
Set-LabFirmware -Virtualization On
Stop-Computer
Start-LabServer
Get-EventLog System -Newest 4 | Format-Table EventID, Message

# en: And both.
# de: Und beide.
Set-LabFirmware -Virtualization On -ExecuteDisable On
Stop-Computer
Start-LabServer
Start-VM web01
Get-VM
