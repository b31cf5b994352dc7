typedef int attune_room_audio; /* to be written */
