using HashBalancer.Allocation.Admission;
using HashBalancer.Allocation.Resources;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Lets a pool's requests in, at most so many at once, and keeps the others in a bounded queue ordered by policy.</summary>
/// <remarks>Thread-safe. One short lock: order and fairness between classes are a decision about all of them, and a decision costs
/// O(classes). Nothing is allocated for a request that need not wait. Pools without a limit have no gate.</remarks>
internal sealed class AdmissionGate
{
    private const string Slots = "slots";
    private const string Bytes = "bytes";
    private const string DefaultClass = "default";

    private readonly Lock _deciding = new();
    private readonly AdmissionPolicy _policy;
    private readonly Dictionary<string, int> _indexes = new(StringComparer.OrdinalIgnoreCase);
    private readonly AdmissionClassPolicy[] _classes;
    private readonly AdmissionQueue _queue;

    /// <summary>In the queue's own order class by class: the queue decides on classes, these know who waits in them.</summary>
    private readonly Queue<Waiter>[] _waiters;
    private readonly int[] _live;
    private readonly ResourceSet _resources;
    private readonly ResourceVector _slot;
    private readonly TimeProvider _time;
    private int _waiting;
    private int _inside;
    private bool _wasFull;

    // Changed configuration makes a new gate, while requests are still inside the one before.
    private AdmissionGate? _before;
    private AdmissionGate? _after;

    /// <summary>Makes a gate.</summary>
    /// <param name="policy">It limits something.</param>
    /// <param name="time">The clock.</param>
    /// <param name="before">The gate that this one takes the place of, which nobody enters any more: what is inside it counts here, too.</param>
    public AdmissionGate(AdmissionPolicy policy, TimeProvider time, AdmissionGate? before = null)
    {
        _before = before;
        if (before is not null)
            Volatile.Write(ref before._after, this);
        _policy = policy;
        _time = time;
        Dictionary<string, AdmissionClassPolicy> classes = new(policy.Classes, StringComparer.OrdinalIgnoreCase);
        classes.TryAdd(DefaultClass, new AdmissionClassPolicy());
        string[] names = [.. classes.Keys.Order(StringComparer.OrdinalIgnoreCase)];
        for (int i = 0; i < names.Length; i++)
            _indexes.Add(names[i], i);
        _classes = [.. names.Select(name => classes[name])];
        _waiters = [.. names.Select(_ => new Queue<Waiter>())];
        _live = new int[names.Length];
        Limit = new GateLimit(policy);
        // The queue's own limit is the most that there can be: what holds now is this gate's to say.
        int most = policy.Limit > 0 ? policy.Limit : AdmissionPolicy.Most;
        _resources = policy.Bytes > 0 ? new ResourceSet(Slots, Bytes) : new ResourceSet(Slots);
        _slot = _resources.Vector((Slots, 1));
        ResourceVector capacity = policy.Bytes > 0 ? _resources.Vector((Slots, most), (Bytes, policy.Bytes)) : _resources.Vector((Slots, most));
        _queue = new AdmissionQueue(policy.Order, capacity, [.. names.Select(name => ClassOf(name, classes[name]))], policy.Ageing.Ticks);
    }

    /// <summary>How many requests wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many requests may be inside.</summary>
    public GateLimit Limit { get; }

    /// <summary>Whether bodies count.</summary>
    public bool CountsBytes => _policy.Bytes > 0;

    /// <summary>Has the limit follow the pool's nodes and response times, and lets those in who have room by it.</summary>
    public void Revise(PoolSnapshot view)
    {
        Limit.Heed(view);
        lock (_deciding)
        {
            if (Limit.Revise(_wasFull || _waiting > 0))
                _wasFull = false;
            LetIn();
        }
    }

    /// <summary>The class of a name; that of the rest when the name is none.</summary>
    public int ClassOf(string? name) => name is not null && _indexes.TryGetValue(name, out int index) ? index : _indexes[DefaultClass];

    /// <summary>Lets a request in, at once or when its turn comes; whoever is let in calls <see cref="Leave"/>.</summary>
    /// <param name="cls">Its class.</param>
    /// <param name="aborted">The client leaves.</param>
    /// <param name="bytes">Of its body.</param>
    /// <returns>How the wait ended.</returns>
    /// <exception cref="OperationCanceledException">The client left while it waited.</exception>
    public ValueTask<AdmissionResult> EnterAsync(int cls, CancellationToken aborted, long bytes = 0)
    {
        Waiter waiter;
        ResourceVector cost = CostOf(bytes);
        lock (_deciding)
        {
            if (_waiting == 0 && HasRoom_NeedsLock())
            {
                _queue.Enqueue(cls, Request(cost));
                if (_queue.TryAdmit(out _) >= 0)
                {
                    Enter_NeedsLock();
                    return new(AdmissionResult.Admitted);
                }

                _queue.Discard(cls);
            }

            if (_waiting >= _policy.QueueLimit && !MakeRoomFor(cls))
                return new(AdmissionResult.QueueFull);
            waiter = new Waiter(cls, bytes);
            _queue.Enqueue(cls, Request(cost));
            _waiters[cls].Enqueue(waiter);
            _live[cls]++;
            _waiting++;

            // A class that is full may be all that waits.
            LetIn();
        }

        return new(WaitAsync(waiter, aborted));
    }

    /// <summary>Gives a request's place to the next.</summary>
    public void Leave(int cls, long bytes = 0)
    {
        ResourceVector cost = CostOf(bytes);
        lock (_deciding)
        {
            _queue.Complete(cls, cost);
            _inside--;
            LetIn();
        }

        Volatile.Read(ref _after)?.PlaceIsFree();
    }

    private int InsideAll => Volatile.Read(ref _inside) + (Volatile.Read(ref _before)?.InsideAll ?? 0);

    /// <summary>Whether the requests inside, in the gates before too, leave room.</summary>
    private bool HasRoom_NeedsLock()
    {
        int before = 0;
        if (_before is not null && (before = _before.InsideAll) == 0)
            _before = null;
        return _inside + before < Limit.Current;
    }

    private void Enter_NeedsLock() => _wasFull |= ++_inside >= Limit.Current;

    private ResourceVector CostOf(long bytes) =>
        bytes == 0 || _policy.Bytes == 0 ? _slot : _resources.Vector((Slots, 1), (Bytes, Math.Min(bytes, _policy.Bytes)));

    /// <summary>A request has left a gate before this one. No lock is held: each gate takes its own alone.</summary>
    private void PlaceIsFree()
    {
        lock (_deciding)
            LetIn();
        Volatile.Read(ref _after)?.PlaceIsFree();
    }

    private async Task<AdmissionResult> WaitAsync(Waiter waiter, CancellationToken aborted)
    {
        await using ITimer timer = _time.CreateTimer(_ => GiveUp(waiter), null, _policy.QueueTimeout, Timeout.InfiniteTimeSpan);
        await using CancellationTokenRegistration leaving = aborted.UnsafeRegister(_ => GiveUp(waiter), null);
        AdmissionResult result = await waiter.Turn.Task;
        if (!aborted.IsCancellationRequested)
            return result;
        // Its turn may have come while the client left.
        if (result == AdmissionResult.Admitted)
            Leave(waiter.Class, waiter.Bytes);
        throw new OperationCanceledException(aborted);
    }

    private void GiveUp(Waiter waiter)
    {
        lock (_deciding)
        {
            if (waiter.IsDecided)
                return;
            Remove(waiter, AdmissionResult.TimedOut);
            LetIn();
        }
    }

    /// <summary>Sheds a request that has less right to wait: of the lowest priority, there of the class with the longest queue over weight,
    /// the one that waits longest, which is nearest to its deadline. False when the newcomer has the least right itself.</summary>
    private bool MakeRoomFor(int cls)
    {
        int victim = cls;
        for (int c = 0; c < _live.Length; c++)
        {
            if (_live[c] > 0 && HasLessRight(c, victim, cls))
                victim = c;
        }

        if (victim == cls)
            return false;
        Remove(_waiters[victim].Peek(), AdmissionResult.Shed);
        return true;
    }

    private bool HasLessRight(int one, int than, int newcomer)
    {
        int order = _classes[one].Priority.CompareTo(_classes[than].Priority);
        return order != 0 ? order < 0 : QueueOverWeight(one, newcomer) > QueueOverWeight(than, newcomer);
    }

    private double QueueOverWeight(int cls, int newcomer) => (_live[cls] + (cls == newcomer ? 1 : 0)) / _classes[cls].Weight;

    private void Remove(Waiter waiter, AdmissionResult result)
    {
        Decide(waiter, result);
        Prune(waiter.Class);
    }

    /// <summary>Takes those out who gave up, as far as they stand at the head: a head waits always. Those further back go when the line has come to them.</summary>
    private void Prune(int cls)
    {
        Queue<Waiter> line = _waiters[cls];
        while (line.TryPeek(out Waiter? head) && head.IsDecided)
        {
            line.Dequeue();
            _queue.Discard(cls);
        }
    }

    private void LetIn()
    {
        while (_waiting > 0 && HasRoom_NeedsLock() && _queue.TryAdmit(out _) is >= 0 and int cls)
        {
            Enter_NeedsLock();
            Decide(_waiters[cls].Dequeue(), AdmissionResult.Admitted);
            Prune(cls);
        }
    }

    private void Decide(Waiter waiter, AdmissionResult result)
    {
        waiter.IsDecided = true;
        _live[waiter.Class]--;
        _waiting--;
        waiter.Turn.SetResult(result);
    }

    private AdmissionRequest Request(ResourceVector cost) => new("", cost, _time.GetUtcNow().UtcTicks);

    private static AdmissionClass ClassOf(string name, AdmissionClassPolicy policy) => new(name)
    {
        Weight = policy.Weight,
        Priority = policy.Priority,
        Guaranteed = policy.Guaranteed,
        Maximum = policy.MaxInFlight is { } most ? new Dictionary<string, decimal>(StringComparer.Ordinal) { [Slots] = most } : new(StringComparer.Ordinal),
    };

    /// <summary>A request that waits. Changed under the gate's lock alone.</summary>
    private sealed class Waiter(int cls, long bytes)
    {
        public int Class => cls;

        public long Bytes => bytes;

        public bool IsDecided { get; set; }

        /// <summary>Continues elsewhere: whoever leaves must not run the next request under the lock.</summary>
        public TaskCompletionSource<AdmissionResult> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How the wait for admission ended.</summary>
internal enum AdmissionResult
{
    /// <summary>The request was let in.</summary>
    Admitted,

    /// <summary>The queue was full of requests with no less right.</summary>
    QueueFull,

    /// <summary>The request gave its place in the queue to one with more right.</summary>
    Shed,

    /// <summary>The request waited as long as it may.</summary>
    TimedOut,
}
