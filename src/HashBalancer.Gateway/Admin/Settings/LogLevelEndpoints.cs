using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET, PUT and DELETE /api/v1/log-levels: how much this gateway logs, until it is taken back or the process ends.</summary>
internal static class LogLevelEndpoints
{
    private const string Path = "/api/v1/log-levels";

    public static void Map(IEndpointRouteBuilder endpoints, LogLevels levels, AuditLog audit)
    {
        endpoints.MapGet(Path, () => Answer(levels)).Describe("The least level that is logged, by category.", SettingsJson.Default.LogLevelsReport);
        endpoints.MapPut(Path, async (HttpContext context) =>
            {
                (LogLevelChange? change, IResult? problem) = await AdminBody.ReadAsync(context, SettingsJson.Default.LogLevelChange);
                return audit.Note(context, "set-log-level", "log-levels", change is null ? null : $"{change.Category}={change.Level}", problem ?? Set(levels, change!));
            })
            .Describe("Logs a category, and those below it, from a level on.", SettingsJson.Default.LogLevelsReport, SettingsJson.Default.LogLevelChange);
        endpoints.MapDelete(Path, (HttpContext context) =>
            {
                levels.Clear();
                return audit.Note(context, "reset-log-levels", "log-levels", value: null, Answer(levels));
            })
            .Describe("Takes all changes back: the configuration's levels count.", SettingsJson.Default.LogLevelsReport);
    }

    private static IResult Set(LogLevels levels, LogLevelChange change)
    {
        if (string.IsNullOrWhiteSpace(change.Category) || change.Category.Length > 200 || change.Category.Contains(':', StringComparison.Ordinal))
            return AdminProblem.Of(StatusCodes.Status400BadRequest, "category must be 1 to 200 characters without a colon, such as HashBalancer.Control, or Default.");
        if (!Enum.TryParse(change.Level, ignoreCase: true, out LogLevel level) || !Enum.IsDefined(level) || change.Level.All(char.IsAsciiDigit))
            return AdminProblem.Of(StatusCodes.Status400BadRequest, $"level is '{change.Level}', but must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        return levels.TrySet(change.Category, level)
            ? Answer(levels)
            : AdminProblem.Of(StatusCodes.Status400BadRequest, $"{LogLevels.Most} categories have been changed already; take them back first.");
    }

    private static IResult Answer(LogLevels levels) => Results.Json(new LogLevelsReport(levels.Configured, levels.Changed), SettingsJson.Default.LogLevelsReport);
}

/// <summary>The levels in force.</summary>
/// <param name="Configured">By the configuration.</param>
/// <param name="Changed">By this API; these win.</param>
internal sealed record LogLevelsReport(IReadOnlyDictionary<string, string> Configured, IReadOnlyDictionary<string, string> Changed);

/// <summary>A change.</summary>
/// <param name="Category">A category, such as <c>HashBalancer.Control</c>; <c>Default</c>: all that no other names.</param>
/// <param name="Level">Trace, Debug, Information, Warning, Error, Critical or None.</param>
internal sealed record LogLevelChange(string Category, string Level);
