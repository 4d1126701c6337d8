using System.Globalization;
using System.Text;
using HashBalancer.Consul;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Agent;

/// <summary>The instance's load as an entry of the registry, written anew with every heartbeat: for services whose answers do not carry it.</summary>
/// <remarks>
/// The output of a check would be the place for it, but Consul passes that on minutes later. A number in the entry counts the heartbeats: an entry
/// that says the same as before is not written by Consul, and would look like one that nobody writes any more. A registry that does not take
/// it, such as for want of a permission, is no reason not to be registered. One caller at a time.
/// </remarks>
internal sealed partial class LoadEntry(ConsulClient client, string folder, string serviceId, ILogger logger)
{
    private readonly string _key = $"{folder.TrimEnd('/')}/{Uri.EscapeDataString(serviceId)}";
    private long _sequence;
    private bool _failing;

    /// <summary>The entry of an instance whose options ask for one; null for others.</summary>
    /// <param name="client">The registry.</param>
    /// <param name="options">How load is told.</param>
    /// <param name="carriesHeader">Whether the instance's answers carry its load.</param>
    /// <param name="serviceId">The instance's id.</param>
    /// <param name="logger">Told when the registry begins not to take it.</param>
    public static LoadEntry? Of(ConsulClient client, LoadOptions options, bool carriesHeader, string serviceId, ILogger logger) =>
        options.RegistryEntry ?? !carriesHeader ? new LoadEntry(client, options.RegistryFolder, serviceId, logger) : null;

    /// <summary>Tells it.</summary>
    public async ValueTask TellAsync(LoadReport report, CancellationToken cancellation)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{report},sequence={_sequence++}");
        try
        {
            await client.Kv.PutAsync(_key, Encoding.ASCII.GetBytes(text), cancellation: cancellation);
            _failing = false;
        }
        catch (ConsulException e)
        {
            if (!_failing)
                LogNotTaken(serviceId, e.Message);
            _failing = true;
        }
    }

    /// <summary>Takes it out; one that stays is removed by gateways in time.</summary>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        if (_sequence == 0)
            return;
        try
        {
            await client.Kv.DeleteAsync(_key, cancellation);
        }
        catch (Exception e) when (e is ConsulException or OperationCanceledException)
        {
            LogNotTaken(serviceId, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The registry does not take the load of '{Id}': {Reason}")]
    private partial void LogNotTaken(string id, string reason);
}
