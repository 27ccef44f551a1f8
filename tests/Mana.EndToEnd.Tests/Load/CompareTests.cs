namespace Mana.EndToEnd.Tests.Load;

/// <summary>Stored results side by side, and as a picture.</summary>
public sealed class CompareTests : IDisposable
{
    const string Mixed = "mixed, 16 connections";
    readonly LoadTool _tool = new();

    [Theory]
    // One run: a tenth is noise.
    [InlineData(new double[] { 1000 }, new double[] { 920 }, 5, 0, "")]
    [InlineData(new double[] { 1000 }, new double[] { 850 }, 10, 1, "worse")]
    [InlineData(new double[] { 1000 }, new double[] { 850 }, 20, 0, "worse")]
    [InlineData(new double[] { 1000 }, new double[] { 1200 }, 10, 0, "better")]
    // Three runs: their own spread is.
    [InlineData(new double[] { 1000, 800, 1100 }, new double[] { 850, 820, 840 }, 10, 0, "")]
    [InlineData(new double[] { 1000, 990, 1010 }, new double[] { 950, 960, 940 }, 3, 1, "worse")]
    public async Task What_is_more_than_noise_is_marked_and_may_fail(double[] before, double[] after, int failAbove, int exit, string mark)
    {
        await _tool.StoreAsync("a.json", Mixed, before);
        await _tool.StoreAsync("b.json", Mixed, after);

        var (code, said) = await _tool.RunAsync("compare", "a.json", "b.json", "--fail-above", $"{failAbove}");

        Assert.True(code == exit, said);
        var spread = before.Length > 1 ? " +[0-9,]+–[0-9,]+ against [0-9,]+–[0-9,]+" : "";
        Assert.Matches($"(?m)^ +requests/s [^%]* %{(mark.Length > 0 ? "  " + mark : "")}{spread}$", said);
        Assert.Matches($"(?m)^ +p99 ms +20\\.0 +20\\.0 +0\\.0 %{spread}$", said);
    }

    [Fact]
    public async Task Slower_answers_and_new_errors_are_worse_and_without_a_limit_nothing_fails()
    {
        await _tool.StoreAsync("a.json", Mixed, [1000]);
        await _tool.StoreAsync("slow.json", Mixed, [1000], p99: 40);
        await _tool.StoreAsync("broken.json", Mixed, [1000], errors: 1);
        await _tool.StoreAsync("other.json", "push, 16 connections, batch 1", [1000]);

        var slow = await _tool.RunAsync("compare", "a.json", "slow.json", "--fail-above", "50");
        Assert.Equal(1, slow.Exit);
        Assert.Matches(@"(?m)^ +p99 ms +20\.0 +40\.0 +\+100\.0 %  worse$", slow.Said);
        Assert.Equal(1, (await _tool.RunAsync("compare", "a.json", "broken.json", "--fail-above", "50")).Exit);
        Assert.Equal(0, (await _tool.RunAsync("compare", "a.json", "slow.json")).Exit);
        Assert.Equal(2, (await _tool.RunAsync("compare", "a.json", "other.json")).Exit);
        Assert.Equal(2, (await _tool.RunAsync("compare", "a.json", "nothing.json")).Exit);
    }

    [Fact]
    public async Task Stored_results_are_drawn()
    {
        await _tool.StoreAsync("a.json", Mixed, [1000]);
        await _tool.StoreAsync("a.json", "a & b <c>", [2000], p99: 1500);

        Assert.Equal(0, (await _tool.RunAsync("plot", "a.json", "a.svg")).Exit);

        var texts = _tool.TextsOf("a.svg");
        foreach (var text in (string[])[Mixed, "a & b <c>", "1,500.0", "latency of whole requests, ms", "2,000 requests/s, 0 errors, host at most 250 MB"])
            Assert.Contains(text, texts);
    }

    public void Dispose() => _tool.Dispose();
}
