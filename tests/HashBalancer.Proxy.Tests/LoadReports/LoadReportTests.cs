using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.LoadReports;

public sealed class LoadReportTests
{
    [Theory]
    [InlineData("TEXT cpu_utilization=0.3", 0.3)]
    [InlineData("TEXT cpu_utilization=0.3, application_utilization=0.5,mem_utilization=0.9, named_metrics.queue=17", 0.5)]
    [InlineData("TEXT application_utilization=0,cpu_utilization=0.3", 0.3)]
    [InlineData("TEXT cpu_utilization = 1e-1", 0.1)]
    [InlineData("TEXT cpu_utilization=0", 0)]
    [InlineData("TEXT cpu_utilization=10", 10)]
    [InlineData("""JSON {"cpu_utilization":0.3}""", 0.3)]
    [InlineData("""JSON {"cpuUtilization":0.3,"applicationUtilization":1.5}""", 1.5)]
    [InlineData("""JSON {"named_metrics":{"cpu_utilization":9},"application_utilization":0.25,"x":[1,{"y":null}]}""", 0.25)]
    public void Read_Utilisation_IsTaken(string value, double utilisation)
    {
        Assert.Equal(LoadReportVerdict.Taken, LoadReport.Read(value, out double read));
        Assert.Equal(utilisation, read);
    }

    [Theory]
    [InlineData("TEXT mem_utilization=0.9")]
    [InlineData("JSON {}")]
    public void Read_NoUtilisation_IsSilent(string value) => Assert.Equal(LoadReportVerdict.Silent, LoadReport.Read(value, out _));

    [Theory]
    [InlineData("TEXT cpu_utilization=-0.1")]
    [InlineData("TEXT cpu_utilization=10.1")]
    [InlineData("TEXT cpu_utilization=1e9")]
    [InlineData("TEXT cpu_utilization=NaN")]
    [InlineData("TEXT cpu_utilization=Infinity")]
    [InlineData("""JSON {"cpu_utilization":85}""")]
    [InlineData("""JSON {"cpu_utilization":1e999}""")]
    public void Read_BeyondBelief_IsOutOfRange(string value) => Assert.Equal(LoadReportVerdict.OutOfRange, LoadReport.Read(value, out _));

    [Theory]
    [InlineData("")]
    [InlineData("TEXT")]
    [InlineData("TEXT ")]
    [InlineData("TEXT cpu_utilization")]
    [InlineData("TEXT =0.3")]
    [InlineData("TEXT cpu_utilization=0.3,")]
    [InlineData("TEXT cpu_utilization=low")]
    [InlineData("cpu_utilization=0.3")]
    [InlineData("BIN CZqZmZmZmdk/")]
    [InlineData("JSON ")]
    [InlineData("JSON []")]
    [InlineData("JSON 0.3")]
    [InlineData("""JSON {"cpu_utilization":"0.3"}""")]
    [InlineData("""JSON {"cpu_utilization":0.3""")]
    [InlineData("""JSON {"cpu_utilization":0.3} {}""")]
    public void Read_NeitherForm_IsMalformed(string value) => Assert.Equal(LoadReportVerdict.Malformed, LoadReport.Read(value, out _));

    [Fact]
    public void Read_LongerThanAnyReport_IsMalformed() =>
        Assert.Equal(LoadReportVerdict.Malformed, LoadReport.Read("TEXT " + new string(' ', 4100) + "cpu_utilization=0.3", out _));

    [Fact]
    public void Read_Text_AllocatesNothing() =>
        Assert.Equal(0, Allocated.By(() => LoadReport.Read("TEXT cpu_utilization=0.3, application_utilization=0.5", out _)));
}
