namespace Mana.Apps.Tests.Calendar;

/// <summary>A part of the sweep; the whole is <c>Mana.Load ics-fuzz --rules 1000000</c>.</summary>
public sealed class IcsFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_file_breaks_the_reader(int seed) => Assert.Null(IcsFuzz.Run(seed, 10_000));
}
