using System.Buffers;
using System.IO.Pipelines;
using Mana.Sync.Cursors;
using Mana.Sync.Pull;
using Mana.Sync.Spaces;
using Mana.Sync.Tests.Live;
using Mana.Testing;

namespace Mana.Sync.Tests.Pull;

/// <summary>An answer never waits for its reader while rows are read, and is cut off when nobody takes it.</summary>
public sealed class AnswerOutputTests
{
    readonly FakeClock _clock = new(DateTimeOffset.UnixEpoch);
    readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
    int _aborted;

    [Fact]
    public async Task A_reader_that_takes_nothing_fills_two_megabytes_and_is_cut_off_after_ten_seconds()
    {
        using var output = Output(new AnswerRoom(_clock));
        var written = Fill(output);
        Assert.InRange(written, 2 * 1024 * 1024, (2 * 1024 * 1024) + (256 * 1024));
        var finished = output.FinishAsync(default);
        await Soon.TrueAsync("the write is timed", () => _clock.Timers > 0);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal((false, 0), (finished.IsCompleted, _aborted));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finished.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(1, _aborted);
        Assert.True(output.IsFull);
    }

    [Fact]
    public void Many_slow_readers_share_what_there_is()
    {
        var room = new AnswerRoom(_clock, 128 * 1024);
        using (var first = Output(room))
        {
            Assert.InRange(Fill(first), 192 * 1024, 448 * 1024);
            using var second = new AnswerOutput(new Pipe(new PipeOptions(pauseWriterThreshold: 1024, resumeWriterThreshold: 512)).Writer, room, _clock, () => { });
            Assert.InRange(Fill(second), 64 * 1024, 192 * 1024);
            Assert.False(room.TryTake(1));
        }

        Assert.True(room.TryTake(128 * 1024));
    }

    [Fact]
    public async Task A_reader_that_reads_gets_every_byte_in_order()
    {
        using var output = Output(new AnswerRoom(_clock));
        var read = ReadAsync();
        for (var i = 0; i < 200_000; i++)
        {
            output.Buffer.Write(BitConverter.GetBytes(i));
            output.Pump(default);
        }

        await output.FinishAsync(default);
        await _pipe.Writer.CompleteAsync();
        var bytes = await read;
        Assert.Equal(800_000, bytes.Length);
        Assert.All(Enumerable.Range(0, 200_000), i => Assert.Equal(i, BitConverter.ToInt32(bytes, i * 4)));
    }

    /// <summary>A cursor that the server would refuse is not given out: the reader goes on from the timestamp.</summary>
    [Theory]
    [InlineData(200, true)]
    [InlineData(400, false)]
    public async Task A_cursor_over_very_many_memberships_is_left_out(int spaces, bool given)
    {
        var tenant = new Tenant("p", Enumerable.Range(1, spaces).Select(i => new ScopeAccess("space:" + i, (ulong)i, MayWrite: true, 1000)));
        using var output = Output(new AnswerRoom(_clock));
        var request = new DeltaRequest(tenant, Selection.Of("todo", "tasks"), "d", default, 10);
        var writer = new DeltaWriter(output, request);
        var read = ReadAsync();
        writer.WriteStart();
        await writer.WriteEndAsync(new PageEnd(ReadVector.Of(tenant, _ => 1_000_000), 1_000_000, true), PullService.NoConflicts, default);
        await _pipe.Writer.CompleteAsync();
        var answer = System.Text.Json.Nodes.JsonNode.Parse(await read)!;
        Assert.Equal((given, true, "1970-01-01T00:00:01.000000Z"), (answer["cursor"] is not null, (bool)answer["hasMore"]!, (string?)answer["syncedUntil"]));
    }

    AnswerOutput Output(AnswerRoom room) => new(_pipe.Writer, room, _clock, () => _aborted++);

    static int Fill(AnswerOutput output)
    {
        var (line, written) = (new byte[1000], 0);
        for (; !output.IsFull && written < 100_000_000; written += line.Length)
        {
            output.Buffer.Write(line);
            output.Pump(default);
        }

        return written;
    }

    async Task<byte[]> ReadAsync()
    {
        using var all = new MemoryStream();
        await _pipe.Reader.CopyToAsync(all);
        return all.ToArray();
    }
}
