using System.Reflection;
using System.Text.RegularExpressions;
using HashBalancer.Gateway.Dashboard;

namespace HashBalancer.Gateway.Tests.Dashboard;

/// <summary>The page as it lies in the assembly: it needs nobody but this server, and no inline code.</summary>
public sealed partial class PageFilesTests
{
    private static readonly Assembly Gateway = typeof(DashboardServer).Assembly;

    private static readonly string[] Names = [.. Gateway.GetManifestResourceNames().Where(name => name.StartsWith("page/", StringComparison.Ordinal))];

    public static TheoryData<string> Own => [.. Names.Where(name => !name.Contains("/vendor/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Own))]
    public void File_NamesNoOtherHost(string name) => Assert.DoesNotMatch(ForeignAddress(), Content(name).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Own))]
    public void File_BringsNothingThatThePolicyForbids(string name) => Assert.DoesNotMatch(InlineCode(), Content(name));

    [Fact]
    public void Files_ThatFilesName_AreThere()
    {
        string[] named = [.. Regex.Matches(Content("page/index.html"), "(?:src|href)=\"/ui/([^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => $"page/{match.Groups[1].Value}")];
        string[] imported =
        [
            .. Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal))
                .SelectMany(name => Regex.Matches(Content(name), "from '\\./([a-z]+\\.js)'", RegexOptions.None, TimeSpan.FromSeconds(5))).Select(match => $"page/{match.Groups[1].Value}"),
        ];

        Assert.Equal(6, named.Length);
        Assert.True(imported.Length > 20);
        Assert.Empty(named.Concat(imported).Except(Names, StringComparer.Ordinal));
        Assert.Contains("page/vendor/uplot/LICENSE.txt", Names);
    }

    private static string Content(string name)
    {
        using var reader = new StreamReader(Gateway.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("https?://(?!127\\.0\\.0\\.1)|//[a-z]+\\.[a-z]", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ForeignAddress();

    [GeneratedRegex("<script>|<style|\\sstyle=|\\son[a-z]+=\"|javascript:|innerHTML|\\beval\\(|new Function", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex InlineCode();
}
