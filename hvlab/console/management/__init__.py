"""The general cmdlets that need a host: its files, its clock. (Those that need nothing are in console.general.)"""
