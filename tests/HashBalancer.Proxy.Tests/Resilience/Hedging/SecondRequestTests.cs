using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy.Tests;

public sealed class SecondRequestTests
{
    /// <summary>Whoever sweeps connections looks at the request of one at a time of its own, which may be after the end.</summary>
    [Fact]
    public void RequestAborted_AskedAfterTheEnd_Answers()
    {
        SecondRequest second = Of(new DefaultHttpContext());
        second.Dispose();

        Assert.False(second.RequestAborted.IsCancellationRequested);
        second.Abort();
        Assert.True(second.RequestAborted.IsCancellationRequested);
    }

    [Fact]
    public async Task RequestAborted_ClientLeaves_IsCanceledUntilTheEnd()
    {
        using var client = new CancellationTokenSource();
        SecondRequest running = Of(new DefaultHttpContext { RequestAborted = client.Token }), ended = Of(new DefaultHttpContext { RequestAborted = client.Token });
        ended.Dispose();
        await client.CancelAsync();

        Assert.True(running.RequestAborted.IsCancellationRequested);
        Assert.False(ended.RequestAborted.IsCancellationRequested);
        running.Dispose();
    }

    private static SecondRequest Of(HttpContext context)
    {
        context.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature>(new Microsoft.AspNetCore.Http.Features.HttpRequestLifetimeFeature { RequestAborted = context.RequestAborted });
        return new SecondRequest(context, new ReverseProxyFeature { Route = null!, Cluster = null!, AllDestinations = [], AvailableDestinations = [] });
    }
}
