"""Large computations, alone, in processes of this machine or on a cluster: the same to the bit."""
