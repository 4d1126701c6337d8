using Microsoft.Extensions.Logging;

namespace HashBalancer.Fuzzing.Checks;

/// <summary>Turns errors that the gateway logs into findings: whatever peers send, no exception may come through to the server.</summary>
internal sealed class ErrorLog(Findings findings) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    /// <summary>Kestrel's complaint when a client leaves within a body that was being read: it means that the connection is closed, which is right.</summary>
    private const string BodyCannotBeDrained = "RequestBodyDrainBodyReaderInvalidState";

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && eventId.Name != BodyCannotBeDrained)
            findings.Add(-1, $"the gateway logged {eventId} {exception?.GetType().Name}: {exception?.Message} {formatter(state, exception)} {exception}");
    }

    public void Dispose() { }
}
