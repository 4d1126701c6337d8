namespace HashBalancer.Gateway.Hosting;

/// <summary>A web application with Kestrel, routing and nothing else: no files, no host filtering, no configuration of its own.</summary>
internal static class BareBuilder
{
    public static WebApplicationBuilder Create(IConfigurationRoot root, ILoggerFactory loggers, params IReadOnlyList<Listener> listeners)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IConfiguration>(root);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (Listener listener in listeners)
                listener.AddTo(kestrel);
        });
        return builder;
    }
}
