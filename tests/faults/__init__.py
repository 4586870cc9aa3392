"""The fault matrix: crashes, cuts, full disks, dead databases and jumping clocks, judged from outside."""
