#include "itpn/tasks/detect/detection_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "itpn/core/csv.h"
#include "itpn/io/line_chart.h"

namespace itpn {
namespace {

constexpr size_t kMostCurves = 10;  // more classes than this would hide each other
constexpr size_t kMostPoints = 500;
constexpr const char* kAllClasses = "all classes";

std::string cell(double value) { return std::isfinite(value) && value >= 0.0 ? fmt::format("{:.6f}", value) : ""; }

std::string per_class_csv(const DetectionScore& score) {
  std::string text = "class,objects,bbox_AP,bbox_AP50";
  text += score.masks ? ",segm_AP,segm_AP50\n" : "\n";
  for (size_t i = 0; i < score.boxes.classes.size(); ++i) {
    const DetectionClassScore& box = score.boxes.classes[i];
    text += fmt::format("{},{},{},{}", csv_field(box.name), box.objects, cell(box.ap), cell(box.ap50));
    if (score.masks) {
      text += fmt::format(",{},{}", cell(score.masks->classes[i].ap), cell(score.masks->classes[i].ap50));
    }
    text += "\n";
  }
  return text;
}

struct Criterion {
  const char* name;
  std::optional<CurvePoint> UsefulThresholds::*point;
};
constexpr Criterion kCriteria[] = {{"largest F1", &UsefulThresholds::best_f1},
                                   {"precision >= 0.9", &UsefulThresholds::precise},
                                   {"recall >= 0.9", &UsefulThresholds::complete}};

std::string threshold_rows(const std::string& name, const DetectionOutcomes& outcomes) {
  const UsefulThresholds found = useful_thresholds(precision_recall(outcomes));
  std::string text;
  for (const Criterion& criterion : kCriteria) {
    const std::optional<CurvePoint>& point = found.*criterion.point;
    text += fmt::format("{},{},", csv_field(name), criterion.name);
    text +=
        point ? fmt::format("{:.6f},{:.6f},{:.6f},{:.6f}\n", point->score, point->precision, point->recall, point->f1())
              : ",,,\n";
  }
  return text;
}

std::string thresholds_csv(const DetectionScore& score) {
  std::string text = "class,criterion,threshold,precision,recall,F1\n";
  text += threshold_rows(kAllClasses, joined(score.boxes.outcomes));
  for (size_t i = 0; i < score.boxes.classes.size(); ++i) {
    text += threshold_rows(score.boxes.classes[i].name, score.boxes.outcomes[i]);
  }
  return text;
}

// Evenly spread, both ends among them.
std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& curve) {
  if (curve.size() <= kMostPoints) return curve;
  std::vector<CurvePoint> points;
  for (size_t i = 0; i < kMostPoints; ++i) points.push_back(curve[i * (curve.size() - 1) / (kMostPoints - 1)]);
  return points;
}

struct NamedCurve {
  std::string name;
  std::vector<CurvePoint> points;
};

std::vector<NamedCurve> curves_of(const DetectionScore& score) {
  std::vector<NamedCurve> curves = {{kAllClasses, thinned(precision_recall(joined(score.boxes.outcomes)))}};
  const size_t classes = score.boxes.classes.size();
  if (classes < 2 || classes > kMostCurves) return curves;
  for (size_t i = 0; i < classes; ++i) {
    curves.push_back({score.boxes.classes[i].name, thinned(precision_recall(score.boxes.outcomes[i]))});
  }
  return curves;
}

std::string drawn(LineChart chart, const std::vector<NamedCurve>& curves, double (*x)(const CurvePoint&),
                  double (*y)(const CurvePoint&)) {
  for (const NamedCurve& curve : curves) {
    ChartSeries series{curve.name, {}, {}};
    for (const CurvePoint& point : curve.points) {
      series.x.push_back(x(point));
      series.y.push_back(y(point));
    }
    chart.series.push_back(std::move(series));
  }
  chart.y_floor = 0.0;
  chart.y_ceiling = 1.0;
  const std::vector<std::byte> png = draw_charts({.charts = {std::move(chart)}}, DrawingFormat::kPng).file();
  return {reinterpret_cast<const char*>(png.data()), png.size()};
}

double score_of(const CurvePoint& point) { return point.score; }
double precision_of(const CurvePoint& point) { return point.precision; }
double recall_of(const CurvePoint& point) { return point.recall; }
double f1_of(const CurvePoint& point) { return point.f1(); }

}  // namespace

std::vector<ReportFile> detection_report(const DetectionScore& score) {
  const std::vector<NamedCurve> curves = curves_of(score);
  const LineChart precision = {
      .title = "Boxes at overlap 0.5", .x_label = "recall", .y_label = "precision", .series = {}};
  const LineChart f1 = {
      .title = "Boxes at overlap 0.5", .x_label = "threshold of the score", .y_label = "F1", .series = {}};
  return {{"per_class.csv", per_class_csv(score)},
          {"thresholds.csv", thresholds_csv(score)},
          {"pr_curve.png", drawn(precision, curves, recall_of, precision_of)},
          {"f1_curve.png", drawn(f1, curves, score_of, f1_of)}};
}

std::string threshold_table(const DetectionScore& score) {
  const UsefulThresholds found = useful_thresholds(precision_recall(joined(score.boxes.outcomes)));
  std::string text =
      fmt::format("{:<20}{:>10}{:>11}{:>9}{:>8}\n", "boxes, overlap 0.5", "threshold", "precision", "recall", "F1");
  for (const Criterion& criterion : kCriteria) {
    const std::optional<CurvePoint>& point = found.*criterion.point;
    text += point ? fmt::format("{:<20}{:>10.3f}{:>11.3f}{:>9.3f}{:>8.3f}\n", criterion.name, point->score,
                                point->precision, point->recall, point->f1())
                  : fmt::format("{:<20}{:>10}{:>11}{:>9}{:>8}\n", criterion.name, "-", "-", "-", "-");
  }
  return text;
}

}  // namespace itpn
