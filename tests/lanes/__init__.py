"""Whatever may befall a lane, in any order: driven in memory by the unit tests, on MongoDB by the others."""
