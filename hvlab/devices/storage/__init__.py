"""Storage over the VMBus: storvsp in the root, storvsc in the child, SCSI commands between them."""
