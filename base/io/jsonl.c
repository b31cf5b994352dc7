typedef int attune_room_jsonl; /* to be written */
