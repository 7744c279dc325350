using System.Buffers;

namespace Berth.Graph.Requests;

/// <summary>A growing byte buffer from the shared pool.</summary>
public sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private const int Start = 4096;

    /// <summary>For a writer that is idle: nothing may be written.</summary>
    internal static readonly PooledBytes Nowhere = new();

    private byte[] _bytes = [];
    private int _count;

    /// <summary>What was written, valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _count);

    /// <summary>
    /// Begins with no more room than was announced, where that is less than the usual: a body is held until the commit, by all who write at once. What is announced
    /// beyond that is believed when it has come.
    /// </summary>
    internal void Expect(long? size)
    {
        if (size is > 0 and < Start && _bytes.Length == 0)
        {
            _bytes = ArrayPool<byte>.Shared.Rent((int)size);
        }
    }

    /// <inheritdoc/>
    public void Advance(int count) => _count += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsMemory(_count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsSpan(_count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _count = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Ensure(int wanted)
    {
        wanted = Math.Max(wanted, 1);
        if (_bytes.Length - _count >= wanted)
        {
            return;
        }

        byte[] grown = ArrayPool<byte>.Shared.Rent(Math.Max(Start, Math.Max(_count + wanted, Math.Min(_bytes.Length, Array.MaxLength / 2) * 2)));
        _bytes.AsSpan(0, _count).CopyTo(grown);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = grown;
    }
}
