using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>What became of a forwarded request.</summary>
/// <param name="Outcome">What counts for the node.</param>
/// <param name="Error">Why the proxy answers with an error of its own; null when it does not.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ForwardResult(Outcome Outcome, ErrorReason? Error)
{
    /// <summary>Reads the result off a request that has come back from the forwarder.</summary>
    /// <remarks>Only what the node did counts as failed: a client that leaves or sends half a body must not make its node look bad.
    /// A response that stops half-way because the node idles cannot be told from a client that left: YARP ends the client's
    /// connection in both cases, and reports the same; it counts as canceled.</remarks>
    public static ForwardResult Of(HttpContext context)
    {
        IForwarderErrorFeature? report = context.Features.Get<IForwarderErrorFeature>();
        ForwarderError error = report?.Error ?? ForwarderError.None;
        if (error == ForwarderError.None)
            return OfAnswer(context.Response.StatusCode);
        Outcome byStatus = Outcomes.OfStatus(context.Response.StatusCode);
        return error switch
        {
            ForwarderError.Request => new(Outcome.Failed, OfException(report!.Exception)),
            ForwarderError.RequestTimedOut => new(Outcome.Failed, ErrorReason.NodeTimeout),
            ForwarderError.RequestBodyDestination => new(Outcome.Failed, ErrorReason.NodeRefusedBody),
            ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination => new(Outcome.Failed, ErrorReason.NodeResponse),

            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled => new(Outcome.Canceled, ErrorReason.RequestCanceled),
            ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => new(Outcome.Canceled, null),

            ForwarderError.RequestBodyClient => new(Outcome.Canceled, ErrorReason.RequestBody),
            // Refused before anything was sent: the node had no part in it.
            ForwarderError.RequestCreation when report!.Exception is NotSupportedException => new(Outcome.Canceled, ErrorReason.RequestCreation),
            ForwarderError.RequestCreation => new(byStatus, ErrorReason.RequestCreation),
            ForwarderError.NoAvailableDestinations => new(byStatus, ErrorReason.NoDestination),

            // What is left ended a tunnel that stood: its status, 101, was a usable response.
            _ => new(byStatus, null),
        };
    }

    /// <summary>The result of a node's answer that was passed on whole.</summary>
    public static ForwardResult OfAnswer(int status) => new(Outcomes.OfStatus(status), null);

    private static ErrorReason OfException(Exception? exception) => (exception as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError => ErrorReason.NodeUnreachable,
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ConfigurationLimitExceeded => ErrorReason.NodeResponse,
        _ => ErrorReason.NodeDisconnected,
    };

    /// <summary>The reason in a sentence for people.</summary>
    public static string Describe(ErrorReason reason) => reason switch
    {
        ErrorReason.NoDestination => "Another step of the proxy left the request without a destination.",
        ErrorReason.NodeUnreachable => "The node could not be reached.",
        ErrorReason.NodeDisconnected => "The node broke the connection before it answered.",
        ErrorReason.NodeTimeout => "The node did not answer in time.",
        ErrorReason.NodeResponse => "The node's response is broken and cannot be passed on.",
        ErrorReason.NodeRefusedBody => "The node stopped taking the request's body.",
        ErrorReason.RequestBody => "The request's body could not be read to its end.",
        ErrorReason.RequestCreation => "The request cannot be expressed towards the node.",
        ErrorReason.RequestCanceled => "The request was given up before the node answered.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason for a failed forward."),
    };
}
