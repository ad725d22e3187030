// The coordinator must run on plain Node. This empty module stands in for `electron` (see tsconfig.json `paths`), so that
// any import of it in this folder is a compile error: "has no exported member".
export {};
