typedef int attune_room_resample; /* to be written */
