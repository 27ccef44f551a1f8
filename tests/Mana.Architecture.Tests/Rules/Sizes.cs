namespace Mana.Architecture.Tests.Rules;

/// <summary>How long files may be (design section 4).</summary>
internal static class Sizes
{
    const int Longest = 400;
    const int Long = 220;
    const int HighestMedian = 120;
    const double LongShare = 0.05;

    public static IEnumerable<string> TooLong(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Lines.Length > Longest
        select $"{file.Path} has {file.Lines.Length} lines";

    public static IEnumerable<string> TooMuch(IReadOnlyCollection<SourceFile> files)
    {
        var lengths = files.Select(file => file.Lines.Length).Order().ToList();
        if (lengths[lengths.Count / 2] > HighestMedian)
            yield return $"half of the {lengths.Count} files have more than {lengths[lengths.Count / 2]} lines";
        var longOnes = files.Where(file => file.Lines.Length > Long).ToList();
        if (longOnes.Count > LongShare * files.Count)
            yield return $"{longOnes.Count} of {files.Count} files have more than {Long} lines: {string.Join(", ", longOnes.Select(file => $"{file.Path} ({file.Lines.Length})"))}";
    }
}
