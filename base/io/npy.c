typedef int attune_room_npy; /* to be written */
