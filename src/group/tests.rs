mod actions;
mod attacks;
mod checks;
mod conflicts;
mod joining;
mod storage;
