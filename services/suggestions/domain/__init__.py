"""The rules, pure: state, actor and moment in; a fact or a named refusal out."""
