# en: A year of updates, with a desktop and without.
# de: Ein Jahr Updates, mit Desktop und ohne.
Compare-LabInstallation

# en: The handout's way to the role. Will it work here?
# de: Der Weg des Handouts zur Rolle. Geht er hier?
# poll: guess-manager
ServerManagerCmd -install Hyper-V # refused
ocsetup Microsoft-Hyper-V
Restart-Computer
Restart-Computer
Get-LabServer

# en: And from the office: the handout's update, then the right one.
# de: Und aus dem Büro: das Update des Handouts, dann das richtige.
Install-LabClientTool KB950050 # refused
Install-LabClientTool KB952627
Connect-LabServer
