using HashBalancer.Gateway.Admin;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>GET /api/v1/feed?pool=POOL: what the dashboard shows, as server-sent events, to the gateway's end. Without a pool: of the first by name.</summary>
internal static class FeedEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints, FeedLoop loop, SnapshotStore snapshots, IHostApplicationLifetime life) =>
        endpoints.MapGet("/api/v1/feed", async (HttpContext context, string? pool) =>
        {
            string name = pool ?? snapshots.Current.Pools.Keys.Order(StringComparer.Ordinal).FirstOrDefault("");
            if (loop.Enter(name) is not { } viewer)
            {
                context.Response.Headers.RetryAfter = "10";
                await AdminProblem.Of(StatusCodes.Status503ServiceUnavailable, $"{FeedLoop.MostViewers} dashboards are open already.").ExecuteAsync(context);
                return;
            }

            using CancellationTokenRegistration end = life.ApplicationStopping.Register(viewer.Close);
            try
            {
                context.Response.ContentType = "text/event-stream";
                context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
                await foreach (ReadOnlyMemory<byte> message in viewer.ReadAllAsync(context.RequestAborted))
                {
                    await context.Response.Body.WriteAsync(message, context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                }

                await context.Response.Body.WriteAsync(FeedMessage.GoodBye, context.RequestAborted);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The page was closed.
            }
            finally
            {
                loop.Leave(viewer);
            }
        })
        .Describe("What the dashboard shows, as server-sent events, to the gateway's end.", null, null, ("pool", "The pool; without it the first by name.", false));
}
