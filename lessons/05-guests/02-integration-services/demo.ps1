# en: Windows Server 2003: the host offers five services, and nobody takes them up.
# de: Windows Server 2003: Der Host bietet fünf Dienste an, und niemand nimmt sie.
Get-VMIntegrationService acct
Start-LabWorkload acct -Operation Write -Count 8

# en: Does it need a restart to use them?
# de: Braucht er einen Neustart, um sie zu nutzen?
# poll: guess-restart
Install-LabIntegrationService acct
Wait-Lab acct -For Heartbeat

# en: The same work once more, and the services.
# de: Dieselbe Arbeit noch einmal, und die Dienste.
Start-LabWorkload acct -Operation Write -Count 8
Get-VMIntegrationService acct
