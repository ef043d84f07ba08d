"""Guest operating systems: boot, drivers, disk input and output, workloads, the screen."""
