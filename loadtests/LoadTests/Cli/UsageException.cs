namespace HashBalancer.LoadTests.Cli;

/// <summary>The command line or a file that it names is wrong; the message holds every error found.</summary>
internal sealed class UsageException(string message) : Exception(message);
