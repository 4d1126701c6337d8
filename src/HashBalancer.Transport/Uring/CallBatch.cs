using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>Receives and sends of many sockets that the system makes in one call, by io_uring. None waits for its socket: each result is what the call by
/// itself would have given at once.</summary>
/// <remarks>
/// For the thread that opened it alone. The memory of a call is used until <see cref="Run"/> returns and not after, so it must stay where it is till then.
/// A call costs its 64 bytes of request and 16 of result; what is saved is its own way in and out of the system, half a microsecond with the checks that
/// go with it, and from three calls on that is more than the batch costs. Laid out as in the kernel's <c>include/uapi/linux/io_uring.h</c>.
/// </remarks>
internal sealed unsafe class CallBatch : IDisposable
{
    /// <summary>Calls in one batch at most.</summary>
    public const int Most = 256;

    /// <summary>Fewer cost less one by one.</summary>
    public const int Least = 3;

    /// <summary>The result of a call that was not made: the system lacked memory for it.</summary>
    public const int NotMade = int.MinValue;

    private readonly int[] _results = new int[Most];
    private readonly int _ring;
    private readonly Mapping _mapping;
    private int _count;
    private long _made;

    private CallBatch(int ring, in Mapping mapping)
    {
        _ring = ring;
        _mapping = mapping;
    }

    /// <summary>Calls made so far; for any thread.</summary>
    public long Made => Volatile.Read(ref _made);

    /// <summary>Whether this system lets programs have one: Linux 6.1 or later, and nothing that forbids it, as container runtimes' profiles and
    /// <c>kernel.io_uring_disabled</c> do.</summary>
    public static bool IsSupported { get; } = Try();

    /// <summary>One for this thread; null where the system has none.</summary>
    public static CallBatch? TryOpen()
    {
        if (!EpollTransport.IsSupported)
            return null;
        int ring = UringNative.Open(Most, out UringParameters parameters);
        if (ring < 0)
            return null;
        if (Mapping.TryMake(ring, parameters, out Mapping mapping))
            return new CallBatch(ring, mapping);
        Native.Close(ring);
        return null;
    }

    /// <summary>Adds taking what has come. Its result is the count, 0 at the end, or the negated error.</summary>
    /// <returns>What <see cref="ResultOf"/> takes.</returns>
    public int AddReceive(int socket, byte* to, int length) => Add(UringNative.Receive, socket, to, length, UringNative.DontWait);

    /// <summary>Adds giving as much as is taken at once. Its result is the count or the negated error.</summary>
    /// <returns>What <see cref="ResultOf"/> takes.</returns>
    public int AddSend(int socket, byte* from, int length) => Add(UringNative.Send, socket, from, length, UringNative.DontWait | Native.NoSignal);

    /// <summary>What a call gave; <see cref="NotMade"/> when it was not made.</summary>
    public int ResultOf(int call) => _results[call];

    /// <summary>Begins a new batch.</summary>
    public void Clear() => _count = 0;

    /// <summary>Makes all calls that were added.</summary>
    public void Run()
    {
        _results.AsSpan(0, _count).Fill(NotMade);
        int submitted = 0, done = 0;
        while (submitted < _count || done < submitted)
        {
            // All are over as soon as they are made; waiting for them costs nothing, and runs what the system has put off.
            int result = UringNative.Enter(_ring, _count - submitted, _count - done);
            if (result >= 0)
            {
                submitted += result;
            }
            else if (result != -Errno.Interrupted)
            {
                // Short of memory: the others are taken back, and those that are made waited for.
                Volatile.Write(ref *_mapping.SubmissionTail, Volatile.Read(ref *_mapping.SubmissionHead));
                _count = submitted;
            }

            done += Collect();
        }

        Volatile.Write(ref _made, _made + done);
    }

    public void Dispose()
    {
        _mapping.Dispose();
        Native.Close(_ring);
    }

    private int Add(byte operation, int socket, byte* memory, int length, int flags)
    {
        uint tail = *_mapping.SubmissionTail, slot = tail & _mapping.SubmissionMask;
        UringSubmission* entry = _mapping.Submissions + slot;
        *entry = default;
        entry->Operation = operation;
        entry->Descriptor = socket;
        entry->Address = (ulong)memory;
        entry->Length = (uint)length;
        entry->Flags = (uint)flags;
        entry->Token = (ulong)_count;
        _mapping.SubmissionOrder[slot] = slot;
        Volatile.Write(ref *_mapping.SubmissionTail, tail + 1);
        return _count++;
    }

    private int Collect()
    {
        uint head = *_mapping.CompletionHead, tail = Volatile.Read(ref *_mapping.CompletionTail);
        int collected = (int)(tail - head);
        for (; head != tail; head++)
        {
            UringCompletion* entry = _mapping.Completions + (head & _mapping.CompletionMask);
            _results[(int)entry->Token] = entry->Result;
        }

        Volatile.Write(ref *_mapping.CompletionHead, head);
        return collected;
    }

    private static bool Try()
    {
        using CallBatch? batch = TryOpen();
        return batch is not null;
    }

    /// <summary>The memory shared with the system.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Mapping : IDisposable
    {
        public readonly uint* SubmissionHead, SubmissionTail, SubmissionOrder, CompletionHead, CompletionTail;
        public readonly uint SubmissionMask, CompletionMask;
        public readonly UringSubmission* Submissions;
        public readonly UringCompletion* Completions;
        private readonly byte* _rings;
        private readonly nuint _ringsSize, _submissionsSize;

        private Mapping(byte* rings, nuint ringsSize, byte* submissions, nuint submissionsSize, in UringParameters parameters)
        {
            _rings = rings;
            _ringsSize = ringsSize;
            _submissionsSize = submissionsSize;
            Submissions = (UringSubmission*)submissions;
            SubmissionHead = (uint*)(rings + parameters.Submission.Head);
            SubmissionTail = (uint*)(rings + parameters.Submission.Tail);
            SubmissionMask = *(uint*)(rings + parameters.Submission.Mask);
            SubmissionOrder = (uint*)(rings + parameters.Submission.Order);
            CompletionHead = (uint*)(rings + parameters.Completion.Head);
            CompletionTail = (uint*)(rings + parameters.Completion.Tail);
            CompletionMask = *(uint*)(rings + parameters.Completion.Mask);
            Completions = (UringCompletion*)(rings + parameters.Completion.Completions);
        }

        public static bool TryMake(int ring, in UringParameters parameters, out Mapping mapping)
        {
            mapping = default;
            // Since Linux 5.4 both rings lie in one piece, and those that this asks for are later.
            nuint ringsSize = Math.Max(
                parameters.Submission.Order + (parameters.SubmissionEntries * sizeof(uint)),
                parameters.Completion.Completions + (parameters.CompletionEntries * (uint)sizeof(UringCompletion)));
            nuint submissionsSize = parameters.SubmissionEntries * (uint)sizeof(UringSubmission);
            byte* rings = UringNative.Map(ring, ringsSize, UringNative.RingsOffset);
            if (rings is null)
                return false;
            byte* submissions = UringNative.Map(ring, submissionsSize, UringNative.SubmissionsOffset);
            if (submissions is null)
            {
                UringNative.Unmap(rings, ringsSize);
                return false;
            }

            mapping = new Mapping(rings, ringsSize, submissions, submissionsSize, parameters);
            return true;
        }

        public void Dispose()
        {
            UringNative.Unmap((byte*)Submissions, _submissionsSize);
            UringNative.Unmap(_rings, _ringsSize);
        }
    }
}
