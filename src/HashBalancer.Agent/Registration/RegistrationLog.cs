using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Agent;

/// <summary>Says each change of the registration's state once, however often it is seen.</summary>
internal sealed partial class RegistrationLog(ILogger logger, AgentServiceRegistration registration, ConsulClient client)
{
    private string _state = "";

    public void Registered()
    {
        // A report during the drain changes nothing.
        if (_state != "draining" && Enter("registered"))
            LogRegistered(registration.ID!, registration.Name!, registration.Address ?? "the registry's address", registration.Port, client.CurrentAddress);
    }

    public void Lost()
    {
        if (Enter("lost"))
            LogLost(registration.ID!);
    }

    public void Failing(ConsulException error)
    {
        // The text may hold what changes from try to try; the kind of failure is the state.
        if (Enter($"failing {error.GetType().Name} {error.Status}"))
            LogFailing(registration.ID!, error.Message);
    }

    public void Draining()
    {
        if (Enter("draining"))
            LogDraining(registration.ID!);
    }

    public void DrainFailed(Exception error) => LogDrainFailed(registration.ID!, Reason(error));

    public void Deregistered()
    {
        if (Enter("deregistered"))
            LogDeregistered(registration.ID!);
    }

    public void DeregistrationFailed(Exception error) =>
        LogDeregistrationFailed(registration.ID!, Reason(error));

    private static string Reason(Exception error) => error is OperationCanceledException ? "no answer in time." : error.Message;

    private bool Enter(string state)
    {
        if (_state == state)
            return false;
        _state = state;
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Registered '{Id}' of service '{Service}' ({Host}, port {Port}) at {Registry}.")]
    private partial void LogRegistered(string id, string service, string host, int port, string registry);

    [LoggerMessage(LogLevel.Warning, "The registry no longer knows '{Id}'; registering it again.")]
    private partial void LogLost(string id);

    [LoggerMessage(LogLevel.Warning, "Cannot keep '{Id}' registered: {Reason} Trying on.")]
    private partial void LogFailing(string id, string reason);

    [LoggerMessage(LogLevel.Information, "'{Id}' is in maintenance mode and finishes its requests.")]
    private partial void LogDraining(string id);

    [LoggerMessage(LogLevel.Warning, "Could not put '{Id}' into maintenance mode: {Reason} It stops without notice.")]
    private partial void LogDrainFailed(string id, string reason);

    [LoggerMessage(LogLevel.Information, "Deregistered '{Id}'.")]
    private partial void LogDeregistered(string id);

    [LoggerMessage(LogLevel.Warning, "Could not deregister '{Id}': {Reason} Its check will turn critical.")]
    private partial void LogDeregistrationFailed(string id, string reason);
}
