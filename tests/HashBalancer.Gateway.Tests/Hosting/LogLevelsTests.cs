using HashBalancer.Gateway.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Gateway.Tests.Hosting;

public sealed class LogLevelsTests
{
    private readonly LogLevels _levels = new(
        new ConfigurationBuilder().AddInMemoryCollection([new("Logging:LogLevel:Default", "Information"), new("Logging:LogLevel:HashBalancer.Ring", "Error")]).Build().GetSection("Logging"));

    [Fact]
    public void Set_Category_CountsForLoggersThatAreThereAndBelowIt()
    {
        using ILoggerFactory loggers = GatewayLogging.CreateFactory(_levels);
        ILogger control = loggers.CreateLogger("HashBalancer.Control.Membership"), ring = loggers.CreateLogger("HashBalancer.Ring"), kestrel = loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        Assert.Equal((false, true, false, false), (control.IsEnabled(LogLevel.Debug), control.IsEnabled(LogLevel.Information), ring.IsEnabled(LogLevel.Warning), kestrel.IsEnabled(LogLevel.Information)));

        Assert.True(_levels.TrySet("HashBalancer.Control", LogLevel.Debug));
        Assert.True(_levels.TrySet("Microsoft", LogLevel.Debug));
        Assert.Equal((true, false, true), (control.IsEnabled(LogLevel.Debug), ring.IsEnabled(LogLevel.Warning), kestrel.IsEnabled(LogLevel.Debug)));

        _levels.Clear();
        Assert.Equal((false, false, false), (control.IsEnabled(LogLevel.Debug), ring.IsEnabled(LogLevel.Warning), kestrel.IsEnabled(LogLevel.Information)));
    }

    [Fact]
    public void Set_MoreThanAreKept_IsRefused()
    {
        for (int i = 0; i < LogLevels.Most; i++)
            Assert.True(_levels.TrySet($"Category.{i}", LogLevel.Debug));
        Assert.False(_levels.TrySet("One.More", LogLevel.Debug));
        Assert.True(_levels.TrySet("Category.0", LogLevel.Error));
        Assert.Equal("Error", _levels.Changed["Category.0"]);
    }
}
