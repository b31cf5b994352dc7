typedef int attune_room_file; /* to be written */
