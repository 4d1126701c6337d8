using System.Text.Json;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Tests.Hosting;

/// <summary>What the executable asks of the runtime: lost, nothing fails, and a gateway that starts under load is slow for half a minute.</summary>
public sealed class RuntimeSettingsTests
{
    [Theory]
    [InlineData("System.Runtime.TieredCompilation.CallCountingDelayMs", "10")]
    [InlineData("System.Runtime.TieredCompilation.QuickJitForLoops", "false")]
    [InlineData("System.Runtime.TieredPGO", "true")]
    [InlineData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", "0")]
    [InlineData("System.GC.Server", "false")]
    public void Settings_OfTheExecutable_AreAsDecided(string name, string expected)
    {
        string file = Path.Combine(AppContext.BaseDirectory, typeof(GatewayLogging).Assembly.GetName().Name + ".runtimeconfig.json");
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(file));

        JsonElement value = settings.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").GetProperty(name);

        Assert.Equal(expected, value.GetRawText());
    }
}
