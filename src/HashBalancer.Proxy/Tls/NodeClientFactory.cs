using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>YARP's clients, with the handshakes of the pools.</summary>
internal sealed class NodeClientFactory(NodeTls tls, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        tls.Configure(context.ClusterId, handler.SslOptions);
    }
}
