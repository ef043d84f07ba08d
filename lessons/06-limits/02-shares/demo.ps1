# en: The shop computes, first alone and then beside the report.
# de: Der Shop rechnet, erst allein und dann neben dem Bericht.
# poll: guess-race
Start-LabWorkload shop -Kind Processor -Milliseconds 4000
Start-LabWorkload report -Kind Processor -Milliseconds 90000 -NoWait
Start-LabWorkload shop -Kind Processor -Milliseconds 4000

# en: Three times the weight.
# de: Das dreifache Gewicht.
# poll: guess-weight
Set-VMProcessor shop -RelativeWeight 300
Start-LabWorkload shop -Kind Processor -Milliseconds 4000

# en: And a limit for the report, with nobody to disturb.
# de: Und eine Grenze für den Bericht, obwohl niemand stört.
Wait-Lab report -For Idle
Set-VMProcessor report -Maximum 20
Start-LabWorkload report -Kind Processor -Milliseconds 4000
