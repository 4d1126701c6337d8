namespace HashBalancer.LoadTests.Targets;

/// <summary>What shall be tested could not be started or reached.</summary>
internal sealed class TargetException(string message, Exception? inner = null) : Exception(message, inner);
