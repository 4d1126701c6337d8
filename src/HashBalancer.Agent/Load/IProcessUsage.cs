namespace HashBalancer.Agent;

/// <summary>What a process, or a tree of them, has used.</summary>
internal interface IProcessUsage
{
    /// <summary>Processor time since the start, of user and kernel, and resident memory in bytes.</summary>
    (TimeSpan Cpu, long MemoryBytes) Read();
}

/// <summary>This process.</summary>
internal sealed class OwnProcessUsage : IProcessUsage
{
    public (TimeSpan Cpu, long MemoryBytes) Read() => (Environment.CpuUsage.TotalTime, Environment.WorkingSet);
}
