# en: The card is in the right switch, and the guest has no network. Why?
# de: Die Karte steckt im richtigen Switch, und der Gast hat kein Netz. Warum?
# poll: guess-card
Get-VMNetworkAdapter acct
Get-LabGuestAddress acct

# en: A card of 1996 beside it.
# de: Daneben eine Karte von 1996.
Stop-VM acct -TurnOff
Add-VMNetworkAdapter acct -IsLegacy $true -SwitchName LAN
Start-VM acct
Wait-Lab acct
Set-LabGuestAddress acct 192.168.0.21
Start-LabWorkload acct -Kind Network -Target 192.168.0.5 -Count 4

# en: What does a frame cost, and who was called for it?
# de: Was kostet ein Rahmen, und wer wurde dafür gerufen?
Get-LabEvent intercept -VM acct -Last 3
