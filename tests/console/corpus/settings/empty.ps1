# A host with the role and no machine; its clock stands at midnight of Sunday, 22 June 2008.
