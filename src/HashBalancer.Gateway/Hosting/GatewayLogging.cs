using Microsoft.Extensions.Logging.Console;

namespace HashBalancer.Gateway.Hosting;

/// <summary>One logger factory for all servers of the process, on standard error, set by the section <c>Logging</c>.</summary>
internal static class GatewayLogging
{
    public static ILoggerFactory CreateFactory(IConfiguration configuration) => CreateFactory(new LogLevels(configuration.GetSection("Logging")));

    public static ILoggerFactory CreateFactory(LogLevels levels) => LoggerFactory.Create(logging =>
    {
        // While this category logs anything, every request gets an activity and a log scope: a kilobyte and several microseconds. Before the
        // configuration, which may ask for it. Traces do not need it: whoever listens to them makes the activities.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddConfiguration(levels.Section);
        logging.AddConsole();
        logging.Services.Configure<SimpleConsoleFormatterOptions>(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        logging.Services.Configure<JsonConsoleFormatterOptions>(console =>
        {
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            console.UseUtcTimestamp = true;
        });

        // Standard output carries addresses and answers, which programs read.
        logging.Services.Configure<ConsoleLoggerOptions>(
            options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
