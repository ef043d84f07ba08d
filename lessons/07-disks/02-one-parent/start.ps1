Copy-Item C:\Images\WS2008-x64.vhd D:\Master.vhd
