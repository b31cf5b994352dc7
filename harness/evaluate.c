typedef int attune_room_evaluate; /* to be written */
