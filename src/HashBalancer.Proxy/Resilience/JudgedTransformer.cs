using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Has a judge asked by YARP's forwarder, which drops an answer that its transformer says no to.</summary>
internal sealed class JudgedTransformer(HttpTransformer inner, IAnswerJudge judge) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            if (!await judge.Takes((int)proxyResponse.StatusCode))
                return false;
            // What the forwarder has set may have gone to a response that this one took the place of.
            httpContext.Response.StatusCode = (int)proxyResponse.StatusCode;
            if (httpContext.Features.Get<IHttpResponseFeature>() is { } response && HttpProtocol.IsHttp11(httpContext.Request.Protocol))
                response.ReasonPhrase = proxyResponse.ReasonPhrase;
        }

        return await inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
}
