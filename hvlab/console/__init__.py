"""The console: a documented subset of PowerShell, and the cmdlets of the simulation.

How a line becomes an effect:

=====================  ==================================================================================
``source``             text and places in it
``scanner`` …          ``operands``, ``expressions``, ``declarations``, ``commands``, ``parser``: the grammar, each on
                       top of the one before; ``syntax`` is the tree they build
``compiler`` …         ``assigning``, ``compiler``, ``pipeline``, ``statements``: the tree into closures
``runtime``            what a script runs in: scopes, streams, budget, what becomes of errors
``invocation`` …       ``invocation``, ``stages``, ``functions``: commands found, bound (``binding``,
                       ``arguments``) and run
``operators`` …        ``operators``, ``convert``, ``members``, ``methods``, ``formats``, ``patterns``, ``regex``: what
                       values do
``objects``            what cmdlets emit; ``cmdlets`` is how they are described; ``general`` are the common ones
``formatting``         objects into lines; ``texthost`` writes them
``shell``              all of it behind one door; ``conditions`` judges checks
``completion`` …       ``completion``, ``context``, ``tokens``, ``highlight``, ``history``: for whoever types
=====================  ==================================================================================

Nothing here knows the simulated world, a clock, a file or a screen: cmdlets reach the world through the
``lab`` handle that the session gives to the shell.
"""
