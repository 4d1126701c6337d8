using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>What the control plane logs of operators' orders, each with an event id of its own.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(EventId = 2300, EventName = "OrdersForgotten", Level = LogLevel.Warning, Message = "The registry has forgotten {Count} {What}; it is told again")]
    public static partial void Forgotten(ILogger logger, int count, string what);

    [LoggerMessage(EventId = 2301, EventName = "OrdersNotTold", Level = LogLevel.Warning, Message = "The registry does not take the {What} that it has forgotten: {Reason}")]
    public static partial void NotTold(ILogger logger, string what, string reason);

    [LoggerMessage(EventId = 2302, EventName = "OrderNotForgotten", Level = LogLevel.Warning, Message = "The registry keeps an order whose node has left, {Key}: {Reason}")]
    public static partial void NotForgotten(ILogger logger, string key, string reason);

    [LoggerMessage(EventId = 2303, EventName = "OrderMalformed", Level = LogLevel.Warning, Message = "An order in the registry is not followed, {Key}: {Reason}")]
    public static partial void Malformed(ILogger logger, string key, string reason);
}
