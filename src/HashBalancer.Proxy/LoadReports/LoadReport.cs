using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>What a node says of its load in the header <see cref="Header"/> of a response.</summary>
/// <remarks>
/// The form that Envoy and gRPC call ORCA (Open Request Cost Aggregation; gRFC A51): <c>TEXT cpu_utilization=0.3, application_utilization=0.5</c>
/// or <c>JSON {"cpu_utilization":0.3}</c>. A service's own measure, application_utilization, goes before the processor's, as gRFC A58
/// has it. Other members are not read. A node that lies moves no more than the rebalancer's budgets let it.
/// </remarks>
internal static class LoadReport
{
    /// <summary>The header's name.</summary>
    public const string Header = "endpoint-load-metrics";

    private const int LongestReport = 4096;
    private const string Cpu = "cpu_utilization", Application = "application_utilization";

    /// <summary>Reads a report. Cost: a pass over the text; nothing is allocated.</summary>
    /// <param name="value">The header's value.</param>
    /// <param name="utilisation">0 to <see cref="NodeLoad.MostUtilisation"/> when the report is taken.</param>
    public static LoadReportVerdict Read(ReadOnlySpan<char> value, out double utilisation)
    {
        utilisation = 0;
        if (value.Length > LongestReport)
            return LoadReportVerdict.Malformed;
        double cpu = double.NaN, application = double.NaN;
        bool wellFormed = value.StartsWith("TEXT ", StringComparison.Ordinal) ? ReadText(value[5..], ref cpu, ref application)
            : value.StartsWith("JSON ", StringComparison.Ordinal) && ReadJson(value[5..], ref cpu, ref application);
        if (!wellFormed)
            return LoadReportVerdict.Malformed;
        utilisation = application > 0 ? application : cpu;
        return double.IsNaN(utilisation) ? LoadReportVerdict.Silent
            : utilisation is >= 0 and <= NodeLoad.MostUtilisation ? LoadReportVerdict.Taken
            : LoadReportVerdict.OutOfRange;
    }

    private static bool ReadText(ReadOnlySpan<char> text, ref double cpu, ref double application)
    {
        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> pair = text[range].Trim();
            int equals = pair.IndexOf('=');
            if (equals <= 0)
                return false;
            // A number takes longer to read than all else here: only those that are used are.
            ReadOnlySpan<char> name = pair[..equals].TrimEnd();
            bool isCpu = name.SequenceEqual(Cpu);
            if (!isCpu && !name.SequenceEqual(Application))
                continue;
            if (!double.TryParse(pair[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                return false;
            if (isCpu)
                cpu = OrBeyond(number);
            else
                application = OrBeyond(number);
        }

        return true;
    }

    private static bool ReadJson(ReadOnlySpan<char> text, ref double cpu, ref double application)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var reader = new Utf8JsonReader(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isCpu = reader.ValueTextEquals(Cpu) || reader.ValueTextEquals("cpuUtilization");
                bool isApplication = reader.ValueTextEquals(Application) || reader.ValueTextEquals("applicationUtilization");
                reader.Read();
                if (isCpu || isApplication)
                {
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out double number))
                        return false;
                    if (isCpu)
                        cpu = OrBeyond(number);
                    else
                        application = OrBeyond(number);
                }

                reader.Skip();
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>NaN stands for a member that is not there; one that is there and no number is beyond any range.</summary>
    private static double OrBeyond(double number) => double.IsNaN(number) ? double.PositiveInfinity : number;
}

/// <summary>What became of a node's report.</summary>
internal enum LoadReportVerdict
{
    /// <summary>It counts.</summary>
    Taken,

    /// <summary>It is well formed and names no utilisation.</summary>
    Silent,

    /// <summary>It is neither of the forms that are read.</summary>
    Malformed,

    /// <summary>Its utilisation is negative, no number, or above <see cref="NodeLoad.MostUtilisation"/>.</summary>
    OutOfRange,
}

/// <summary>Verdicts as metrics write them.</summary>
internal static class LoadReportVerdicts
{
    private static readonly string[] Names = ["taken", "silent", "malformed", "out-of-range"];

    public static LoadReportVerdict[] All { get; } = Enum.GetValues<LoadReportVerdict>();

    public static string Name(this LoadReportVerdict verdict) => Names[(int)verdict];
}
