typedef int attune_room_render; /* to be written */
