namespace Mana.Load;

/// <summary>Why a run cannot give a number: said to the person at the keyboard, without a stack trace.</summary>
internal sealed class LoadProblem(string message) : Exception(message);
