namespace Mana.Load.Plots;

/// <summary>One of several diagrams above each other that share their horizontal axis.</summary>
internal sealed class Panel(SvgPage page, double top, double height, Func<double, double> toX, double left, double right, Scale scale)
{
    double _legends;

    public double Bottom => top + height;

    /// <summary>Name with its unit, and the grid.</summary>
    public void Frame(string name)
    {
        page.Text(left, top - 10, name, "name");
        foreach (var tick in scale.Ticks)
        {
            page.Line(left, Y(tick), right, Y(tick), "grid");
            page.Text(left - 8, Y(tick) + 4, $"{tick:#,0.##}", "small", "end");
        }

        page.Line(left, Bottom, right, Bottom, "axis");
    }

    public void Line(IEnumerable<(double X, double? Y)> values, string series, string name)
    {
        page.Path(values.Select(value => (toX(value.X), value.Y is { } y ? Y(y) : (double?)null)), "line " + series);
        Legend("line " + series, name);
    }

    public void Area(IEnumerable<(double X, double? Y)> values, string series) =>
        page.Area([.. values.Where(value => value.Y is not null).Select(value => (toX(value.X), Y(value.Y!.Value)))], Bottom, $"fill faint {series}");

    /// <summary>Right above the diagram, the last one first.</summary>
    void Legend(string classes, string name)
    {
        const double PerLetter = 6.2;
        _legends += name.Length * PerLetter;
        var x = right - _legends;
        page.Text(x, top - 10, name, "small");
        page.Line(x - 26, top - 14, x - 6, top - 14, classes);
        _legends += 44;
    }

    double Y(double value) => Bottom - (scale.At(value) * height);
}
