namespace HashBalancer.Registry;

/// <summary>One write to the state: holds the state's lock from <see cref="RegistryState.BeginChange"/> to <see cref="Dispose"/>,
/// which wakes exactly the waiters of what was touched.</summary>
/// <remarks>There is one instance per state, used again for every change, because the lock admits one at a time.</remarks>
internal sealed class Change(RegistryState state) : IDisposable
{
    private readonly HashSet<Topic> _touched = [];
    private readonly List<Action> _undo = [];
    private readonly List<Action> _afterwards = [];
    private ulong _index;
    private bool _atomic;

    /// <summary>The index of this write: one above the last write's, taken when first asked for, so that a write without effect takes none.</summary>
    public ulong Index => _index != 0 ? _index : _index = state.TakeIndex();

    /// <summary>Makes a waiter's topic part of the change.</summary>
    public void Touch(Topic topic) => _touched.Add(topic);

    /// <summary>Begins a part that <see cref="RollBack"/> can take back.</summary>
    public void BeginAtomic() => _atomic = true;

    /// <summary>Remembers how to take one step back, while a part that may be taken back is under way.</summary>
    public void OnRollBack(Action undo)
    {
        if (_atomic)
            _undo.Add(undo);
    }

    /// <summary>Runs when the change stands, still under the lock: for timers, which cannot be taken back.</summary>
    public void Afterwards(Action action) => _afterwards.Add(action);

    /// <summary>Takes back every step, the last one first; nobody is woken.</summary>
    public void RollBack()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
            _undo[i]();
        _touched.Clear();
        _afterwards.Clear();
    }

    /// <summary>Wakes the waiters and gives the lock back.</summary>
    public void Dispose()
    {
        try
        {
            foreach (Action action in _afterwards)
                action();
            if (_touched.Count > 0)
                state.Watches.Wake(_touched);
        }
        finally
        {
            _touched.Clear();
            _undo.Clear();
            _afterwards.Clear();
            _index = 0;
            _atomic = false;
            state.EndChange();
        }
    }
}
