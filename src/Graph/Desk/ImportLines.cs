using System.Buffers;

namespace Berth.Graph.Desk;

/// <summary>One line of a stream.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Bytes">Without the line end, valid until the next line is asked for; null when it was longer than a line may be.</param>
internal readonly record struct StreamLine(int Number, ReadOnlyMemory<byte>? Bytes);

/// <summary>Cuts a stream into lines, holding one line and no more; lines of blanks alone are counted and skipped.</summary>
internal sealed class ImportLines(Stream stream) : IDisposable
{
    private const int Portion = 64 * 1024;

    // Room for the longest line, a carriage return and what was read beyond.
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Portion);
    private int _start;
    private int _end;
    private int _number;
    private bool _ended;

    /// <summary>The next line, or null at the end.</summary>
    public async ValueTask<StreamLine?> NextAsync(CancellationToken cancel)
    {
        int searched = 0;
        bool tooLong = false;
        while (true)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0 || _ended)
            {
                int length = found >= 0 ? searched + found : _end - _start;
                ReadOnlyMemory<byte> line = Trimmed(_buffer.AsMemory(_start, length));
                bool atEnd = found < 0 && length == 0 && !tooLong;
                _start += found >= 0 ? length + 1 : length;
                if (atEnd)
                {
                    return null;
                }

                _number++;
                if (tooLong || line.Length > GraphLimits.ImportLineBytes)
                {
                    return new StreamLine(_number, null);
                }

                if (!line.IsEmpty)
                {
                    return new StreamLine(_number, line);
                }

                searched = 0;
                continue;
            }

            searched = _end - _start;
            if (searched > GraphLimits.ImportLineBytes + 1)
            {
                // Nothing of a line that is too long is kept.
                (tooLong, _start, searched) = (true, _end, 0);
            }

            await FillAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask FillAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            byte[] grown = ArrayPool<byte>.Shared.Rent(checked(_buffer.Length * 2));
            _buffer.AsSpan(0, _end).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = grown;
        }

        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
        _end += read;
        _ended = read == 0;
    }

    // Blanks around JSON mean nothing; a byte order mark stands before the first line.
    private ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> line)
    {
        if (_number == 0 && line.Span.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        return line.Trim(" \t\r"u8);
    }
}
