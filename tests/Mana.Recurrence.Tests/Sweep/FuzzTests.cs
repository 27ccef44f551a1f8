namespace Mana.Recurrence.Tests.Sweep;

/// <summary>RG-12, small; a million is <c>Mana.Load rule-texts</c>.</summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RG_12_no_text_crashes_hangs_or_lies(int seed)
    {
        var texts = new TextFuzz(seed);
        for (var i = 0; i < 10_000; i++)
        {
            var text = texts.Next();
            if (TextFuzz.Check(text) is { } problem)
                Assert.Fail(problem);
        }
    }
}
